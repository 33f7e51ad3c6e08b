import { plainTextOf } from './html.js';

/** What a person reads of a mail. */
export interface Mail {
  readonly subject: string;
  readonly body: string;
}

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly content: string;
}

const HEADER = /^(?:From .*|[!-9;-~]+:.*)$/;
/** Multipart mails within multipart mails are read so deep. */
const DEEPEST = 5;

/**
 * The subject and the text of a mail: of several parts the first plain text, else the first HTML, without its marks; quoted-printable and
 * base64 are decoded. A text without mail headers is all body.
 */
export function parseMail(source: string): Mail {
  const part = splitHeaders(source.replaceAll('\r\n', '\n'));
  const subject = decodeWords(part.headers.get('subject') ?? '');
  const texts = textsOf(part, DEEPEST);
  const chosen = texts.find(({ isHtml }) => !isHtml) ?? texts[0];
  const body = chosen === undefined ? '' : chosen.isHtml ? plainTextOf(chosen.text) : chosen.text;
  return { subject: subject.trim(), body: body.trim() };
}

/** What an encoder reads of a mail. */
export function textOf({ subject, body }: Mail): string {
  return `${subject}\n${body}`.trim();
}

function splitHeaders(source: string): Part {
  const headers = new Map<string, string>();
  const [firstLine = ''] = source.split('\n', 1);
  if (!HEADER.test(firstLine)) return { headers, content: source };
  const end = source.indexOf('\n\n');
  const unfolded = (end < 0 ? source : source.slice(0, end)).replace(/\n[ \t]+/g, ' ');
  for (const line of unfolded.split('\n')) {
    const [, name, value] = /^([!-9;-~]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !headers.has(name.toLowerCase()))
      headers.set(name.toLowerCase(), value);
  }
  return { headers, content: end < 0 ? '' : source.slice(end + 2) };
}

function textsOf({ headers, content }: Part, depth: number): { text: string; isHtml: boolean }[] {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  if (/^\s*multipart\//i.test(type) && boundary && depth > 0) {
    const parts = content.split(`--${boundary[1] ?? boundary[2]}`).slice(1);
    return parts
      .filter((part) => !part.startsWith('--'))
      .flatMap((part) => textsOf(splitPart(part.replace(/^[ \t]*\n/, '')), depth - 1));
  }
  if (/^\s*(?!text\/)\w+\//i.test(type)) return [];
  const text = decode(content, headers.get('content-transfer-encoding') ?? '');
  const isHtml = /^\s*text\/html/i.test(type) || /^\s*<(?:!doctype )?html/i.test(text);
  return [{ text, isHtml }];
}

/** A part may have no headers: then it begins with an empty line. */
function splitPart(source: string): Part {
  return source.startsWith('\n') ? { headers: new Map(), content: source.slice(1) } : splitHeaders(source);
}

function decode(content: string, encoding: string): string {
  if (/base64/i.test(encoding)) return Buffer.from(content, 'base64').toString('latin1');
  return /quoted-printable/i.test(encoding) ? decodeQuotedPrintable(content) : content;
}

/** Bytes beyond ASCII are read as Latin-1, which most of these mails are. */
function decodeQuotedPrintable(text: string): string {
  return text
    .replace(/=[ \t]*\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** `=?charset?q?…?=` and `=?charset?b?…?=` in a header (RFC 2047). */
function decodeWords(header: string): string {
  return header.replace(/=\?[^?]+\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_, kind: string, text: string) =>
    /b/i.test(kind) ? Buffer.from(text, 'base64').toString('latin1') : decodeQuotedPrintable(text.replaceAll('_', ' ')),
  );
}
