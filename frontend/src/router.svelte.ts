/** Which page is shown. Paths are real ones: the server answers every unknown path with the same page. */

const SIGN_IN = "/sign-in";

/** The sign-in page for whoever lost the session, or has none yet: it remembers the page that was asked for. */
export function signInFrom(path: string): string {
  return path === "/" ? SIGN_IN : `${SIGN_IN}?to=${encodeURIComponent(path)}`;
}

/** Where to go after signing in, out of the address; anything but a path of this site leads to one's own first page. */
export function wayBack(search: string): string {
  const wanted = new URLSearchParams(search).get("to") ?? "/";
  if (!wanted.startsWith("/") || !URL.canParse(wanted, location.origin)) return "/";
  const { origin, pathname } = new URL(wanted, location.origin);
  // "/.//elsewhere" has our origin, and a path that would be read as another one the next time.
  const ours = origin === location.origin && !pathname.startsWith("//");
  return ours && pathname !== SIGN_IN ? pathname : "/";
}

class Router {
  path = $state(location.pathname);
  /** `/incident/abc` is ["incident", "abc"]. */
  parts = $derived(this.path.split("/").filter(Boolean));

  start(): void {
    addEventListener("popstate", () => (this.path = location.pathname));
    document.addEventListener("click", (event) => this.follow(event));
  }

  go(path: string): void {
    if (path !== location.pathname + location.search) history.pushState(null, "", path);
    this.path = location.pathname;
    scrollTo(0, 0);
    // The link that was followed may be gone: the next Tab starts at the page's own content.
    document.getElementById("main")?.focus({ preventScroll: true });
  }

  replace(path: string): void {
    history.replaceState(null, "", path);
    this.path = location.pathname;
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
