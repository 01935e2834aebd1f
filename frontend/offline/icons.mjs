/** Draws the icons of the installed app: the two circles of `icon.svg`, full and open, on a plain ground. `npm run icons`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const GROUND = [0x0b, 0x63, 0xb6];
const INK = [0xff, 0xff, 0xff];
/** Samples per pixel, each way: edges look smooth. */
const FINE = 4;

/** Whether ink lies at a place of the 16 x 16 drawing; all of it within the middle 80 %, so a mask cuts nothing off. */
function inked(x, y) {
  const from = (cx) => Math.hypot(x - cx, y - 8);
  return from(5.9) <= 2.9 || Math.abs(from(11.2) - 1.8) <= 0.6;
}

function png(size) {
  const lines = Buffer.alloc(size * (size * 3 + 1));
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      let ink = 0;
      for (let step = 0; step < FINE * FINE; step += 1) {
        const [dx, dy] = [((step % FINE) + 0.5) / FINE, (Math.floor(step / FINE) + 0.5) / FINE];
        if (inked(((x + dx) * 16) / size, ((y + dy) * 16) / size)) ink += 1 / (FINE * FINE);
      }
      for (let each = 0; each < 3; each += 1)
        lines[y * (size * 3 + 1) + 1 + x * 3 + each] = Math.round(GROUND[each] + (INK[each] - GROUND[each]) * ink);
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const part = (name, body) => {
    const told = Buffer.concat([Buffer.from(name), body]);
    const frame = Buffer.alloc(told.length + 8);
    frame.writeUInt32BE(body.length, 0);
    told.copy(frame, 4);
    frame.writeUInt32BE(crc32(told), told.length + 4);
    return frame;
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, part("IHDR", header), part("IDAT", deflateSync(lines, { level: 9 })), part("IEND", Buffer.alloc(0))]);
}

for (const size of [180, 192, 512]) writeFileSync(join(import.meta.dirname, `../public/icon-${size}.png`), png(size));
