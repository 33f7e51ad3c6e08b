import { expect, test } from 'vitest';
import { anchors, references, samples } from './markdown.mjs';

test('a sample is the text inside a ts fence, with the line it starts on', () => {
  const text = '# Title\n\n```ts\nconst a = 1;\n```\n\n```sh\nls\n```\n';
  expect(samples(text)).toEqual([{ text: 'const a = 1;\n', line: 4 }]);
});

test('references are links into the repository and paths in backticks, not addresses and not code', () => {
  const text = 'See [a](docs/a.md#b), [c](https://example.org) and `packages/core/src`.\n```\n[d](d.md)\n```\n';
  expect(references(text)).toEqual([
    { target: 'docs/a.md#b', line: 1 },
    { target: '/packages/core/src', line: 1 },
  ]);
});

test('an anchor is the heading in lower case with hyphens for spaces', () => {
  expect(anchors('# One `two`: three\n\n## Über 4\n')).toEqual(['one-two-three', 'über-4']);
});
