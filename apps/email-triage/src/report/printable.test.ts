import { printable } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { excerpt } from './explain.js';

it('lets no text of a mail control the terminal', () => {
  expect(printable('a\u001b]0;title\u0007b\u009b2J\r\u202e')).toBe('a�]0;title�b�2J��');
  expect(excerpt(' Win\n\tbig\u001b[2J\u0000 Grüße 🙂 ')).toBe('Win big�[2J� Grüße 🙂');
});
