/** A QR code as one path of small squares, so that nothing is written into a page as markup. */
import { encode } from "uqr";

export interface Squares {
  /** Of the picture, in squares. */
  size: number;
  path: string;
}

export function squares(text: string): Squares {
  const { data, size } = encode(text, { border: 4 });
  return { size, path: data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("") };
}
