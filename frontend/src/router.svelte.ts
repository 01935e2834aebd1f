/** Which page is shown. Paths are real ones: the server answers every unknown path with the same page. */

class Router {
  path = $state(location.pathname);
  /** `/incident/abc` is ["incident", "abc"]. */
  parts = $derived(this.path.split("/").filter(Boolean));

  start(): void {
    addEventListener("popstate", () => (this.path = location.pathname));
    document.addEventListener("click", (event) => this.follow(event));
  }

  go(path: string): void {
    if (path !== location.pathname) history.pushState(null, "", path);
    this.path = path;
    scrollTo(0, 0);
    // The link that was followed may be gone: the next Tab starts at the page's own content.
    document.getElementById("main")?.focus({ preventScroll: true });
  }

  replace(path: string): void {
    history.replaceState(null, "", path);
    this.path = path;
  }

  /** Links inside the site do not load a page; every other click is the browser's. */
  private follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return;
    if (event.shiftKey || link.target || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    this.go(link.pathname);
  }
}

export const router = new Router();
