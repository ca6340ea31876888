/* How large things are: bytes in words, pictures on the page. */

import { language } from "./words.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** "812 byte", "1.4 MB": thousands, as disks are counted. */
export function fileSize(bytes) {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const number = bytes / 1000 ** step;
  const maximumFractionDigits = step && number < 10 ? 1 : 0;
  const unitDisplay = step ? "short" : "long";
  return new Intl.NumberFormat(language(), { style: "unit", unit: UNITS[step], unitDisplay, maximumFractionDigits }).format(number);
}

/** {width, height} in CSS pixels: within the box, in its own proportions, never larger than it is. */
export function fitted({ width, height }, box) {
  const scale = Math.min(1, box.width / width, box.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
