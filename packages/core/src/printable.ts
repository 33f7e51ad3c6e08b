// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text on one line that a terminal shows and does not obey: control characters, and those that turn the direction of writing, become `�`. */
export function printable(text: string): string {
  return text.replace(CONTROLS, '\ufffd');
}
