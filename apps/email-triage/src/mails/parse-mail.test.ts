import { expect, it } from 'vitest';
import { plainTextOf } from './html.js';
import { parseMail, textOf } from './parse-mail.js';

const mail = (...lines: string[]) => lines.join('\n');

it('reads subject and body, headers folded or not, line ends of either kind', () => {
  const source = mail('From a@b.c Thu Aug 22', 'Subject: A long', '\tsubject', 'To: x', '', 'Hello,', '', 'bye', '');
  const wanted = { subject: 'A long subject', body: 'Hello,\n\nbye' };
  expect(parseMail(source)).toEqual(wanted);
  expect(parseMail(source.replaceAll('\n', '\r\n'))).toEqual(wanted);
  expect(textOf(wanted)).toBe('A long subject\nHello,\n\nbye');
});

it('takes a text without headers as it is', () => {
  expect(parseMail('Congratulations, you have won')).toEqual({ subject: '', body: 'Congratulations, you have won' });
  expect(textOf(parseMail('Only this'))).toBe('Only this');
});

it('decodes quoted-printable, base64 and encoded words', () => {
  const quoted = mail(
    'Subject: =?iso-8859-1?Q?caf=E9_?= =?us-ascii?B?bm93?=',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'a =3D b=',
    'c',
  );
  expect(parseMail(quoted)).toEqual({ subject: 'café now', body: 'a = bc' });
  const encoded = mail(
    'Subject: x',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('Hello there').toString('base64'),
  );
  expect(parseMail(encoded).body).toBe('Hello there');
});

const multipart = (...parts: string[]) =>
  mail(
    'Subject: x',
    'Content-Type: multipart/alternative; boundary="b 1"',
    '',
    'preamble',
    ...parts.map((part) => `--b 1\n${part}`),
    '--b 1--',
    'epilogue',
  );

it('prefers plain text among parts, then HTML, and leaves attachments out', () => {
  const html = 'Content-Type: text/html\n\n<p>in <b>HTML</b></p>';
  const plain = 'Content-Type: text/plain\n\nin plain text';
  expect(parseMail(multipart(html, plain)).body).toBe('in plain text');
  expect(parseMail(multipart('Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBOR', html)).body).toBe(
    'in HTML',
  );
  expect(parseMail(multipart('\na part without headers')).body).toBe('a part without headers');
  expect(parseMail(multipart('Content-Type: image/png\n\nx')).body).toBe('');
  const inner = mail('Content-Type: multipart/mixed; boundary=inner', '', '--inner', plain, '--inner--');
  expect(parseMail(multipart(inner)).body).toBe('in plain text');
});

it('strips HTML down to its text', () => {
  expect(
    plainTextOf(
      '<html><style>p {}</style><script>a < b</script><!-- no --><p class="x">1 &lt; 2 &amp; &#233;&#x41;</p>\n\n<br>end',
    ),
  ).toBe('1 < 2 & éA\nend');
  expect(plainTextOf('a < b and &unknown; <unfinished')).toBe('a < b and &unknown;');
});
