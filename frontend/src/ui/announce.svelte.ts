/** One polite live region for the whole page, with at most one message per five seconds. */

const PAUSE_MS = 5_000;

class Announcer {
  message = $state("");
  private last = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  /** The newest message wins: an older one that still waits is not worth hearing any more. */
  say(message: string): void {
    clearTimeout(this.waiting);
    const wait = Math.max(0, this.last + PAUSE_MS - Date.now());
    this.waiting = setTimeout(() => {
      this.last = Date.now();
      this.message = message;
    }, wait);
  }
}

export const announcer = new Announcer();
