/** The one store: the picture, what may be believed of it, and the time that the pages tell. */
import { get } from "../api/http";
import type { Row, Snapshot } from "../gen/wire";
import { Connection, type Socket, type World } from "./connection";
import { EMPTY, type Picture, absorb } from "./picture";
import { type Status, ageOf, statusOf } from "./status";

const browser: World = {
  async snapshot() {
    const answer = await get<Snapshot>("/api/live/snapshot", "no-store");
    return answer.ok ? { status: 200, snapshot: answer.value } : { status: answer.problem.status, snapshot: null };
  },
  socket: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/live/socket`) as unknown as Socket,
  now: () => Date.now(),
  random: () => Math.random(),
  later(run, ms) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  online: () => navigator.onLine,
};

class Live {
  // Replaced whole and never changed in place, so the cheap kind of state is enough.
  picture = $state.raw<Picture>(EMPTY);
  status = $state<Status>("connecting");
  /** Age of the data in whole seconds; null before there is any. */
  age = $state<number | null>(null);
  /** This second, in ms: everything that says "in 2 hours" reads it. */
  now = $state(Date.now());

  private readonly connection = new Connection(browser, () => this.schedule());
  private scheduled = false;
  private ticking = false;

  /** Once; again is nothing. */
  start(): void {
    if (!this.ticking) this.restart();
  }

  /** Somebody else sits down, or the same person anew: nothing of the old picture stays. */
  restart(): void {
    this.tick();
    this.connection.stop();
    this.connection.forget();
    this.connection.start();
    this.publish();
  }

  absorb(rows: readonly (Row | null)[]): void {
    const present = rows.filter((row): row is Row => row !== null);
    this.show(absorb(this.connection.picture, present));
  }

  /** A picture that came otherwise than from the server's own word: a snapshot takes its place as soon as there is one. */
  show(picture: Picture): void {
    this.connection.replace(picture);
    this.publish();
  }

  /** Frames of one animation frame are shown together; a hidden page has none and uses a timer. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const show = () => this.publish();
    if (document.hidden) setTimeout(show, 50);
    else requestAnimationFrame(show);
  }

  private publish(): void {
    this.scheduled = false;
    this.picture = this.connection.picture;
    this.judge();
  }

  private judge(): void {
    const health = this.connection.health;
    const age = ageOf(health, Date.now());
    this.status = statusOf(health, Date.now());
    this.age = age === null ? null : Math.floor(age / 1000);
  }

  private tick(): void {
    if (this.ticking) return;
    this.ticking = true;
    const beat = () => {
      this.now = Date.now();
      this.judge();
    };
    beat();
    setInterval(beat, 1000);
    const hurry = () => this.connection.hurry();
    addEventListener("online", hurry);
    addEventListener("offline", () => this.judge());
    document.addEventListener("visibilitychange", hurry);
  }
}

export const live = new Live();
