/** How many rows fit: a wall scrolls nowhere, so what does not fit is counted instead. */

/** One line is kept for "and n more" where not everything fits. */
export function fitting(height: number, rowHeight: number, count: number): number {
  const room = Math.max(1, Math.floor(height / rowHeight));
  return count <= room ? count : Math.max(1, room - 1);
}
