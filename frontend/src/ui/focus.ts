/** Takes the focus along to what came in the place of a button that was pressed. */
export function grab(node: HTMLElement): void {
  node.focus();
}
