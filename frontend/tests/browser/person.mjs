/** A scripted person: what they tap, type, read and hear is counted, with the time that people take for it. */

/** 25 words of five characters a minute. */
const KEY_MS = 480;
/** To decide; M of the Keystroke-Level Model (Card, Moran and Newell 1980). */
const DECIDE_MS = 1_350;
/** The thumb: our guess. The mouse: P and twice B of the same model. */
const HAND_MS = { thumb: 400, mouse: 1_300 };
const SWIPE_MS = 600;
/** Dutch is spoken at about 15 characters a second, and read in silence at 238 words of six a minute (Brysbaert 2019). */
const SPOKEN_PER_SECOND = 15;
const READ_PER_SECOND = 24;

/**
 * `hand`: thumb or mouse; `height` of the screen, px; `waits`: whether the time is waited for, or counted alone.
 * `count` holds taps, typed, swipes, read (characters) and personMs.
 */
export function person({ hand, height, waits }) {
  const count = { taps: 0, typed: 0, swipes: 0, read: 0, personMs: 0 };
  const known = new Set();

  async function takes(ms) {
    count.personMs += ms;
    if (waits) await new Promise((done) => setTimeout(done, ms));
  }

  /** What is out of sight is swiped to. */
  async function reach(one) {
    await one.waitFor();
    const { y, height: high } = await one.boundingBox();
    if (y < 0 || y + high > height) {
      count.swipes += 1;
      await one.scrollIntoViewIfNeeded();
      await takes(SWIPE_MS);
    }
  }

  /** A decision and what the hand does for it, `times` over; the page may know nothing of it. */
  async function decides(times = 1) {
    count.taps += times;
    await takes(times * (DECIDE_MS + HAND_MS[hand]));
  }

  async function tap(target) {
    const one = target.first();
    await reach(one);
    await decides();
    await one.click();
  }

  /** Opened, and one of what it offers chosen. */
  async function choose(target, option) {
    await reach(target.first());
    await decides(2);
    await target.first().selectOption(option);
  }

  async function type(target, text) {
    for (const each of text) {
      await takes(KEY_MS);
      await target.pressSequentially(each);
    }
    count.typed += text.length;
  }

  /** Digits on another device. */
  async function keys(text) {
    count.typed += text.length;
    await takes(text.length * KEY_MS);
  }

  const hears = (text) => takes((text.length / SPOKEN_PER_SECOND) * 1000);

  /** Whatever stands on the page and was not read before; not what a list offers, nor what is to be printed. */
  async function reads(page) {
    const texts = await page.evaluate(() => {
      const found = [];
      const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
        const { parentElement: around, textContent } = node;
        if (textContent.trim() && around.checkVisibility() && !around.closest("select, article, table, .hidden")) found.push(textContent.trim());
      }
      return found;
    });
    const fresh = texts.filter((each) => !known.has(each));
    for (const each of fresh) known.add(each);
    const read = fresh.join("").length;
    count.read += read;
    await takes((read / READ_PER_SECOND) * 1000);
  }

  return { count, takes, reach, decides, tap, choose, type, keys, hears, reads };
}
