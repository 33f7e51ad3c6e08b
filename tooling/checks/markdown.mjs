import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, repositoryRoot } from './repository.mjs';

/** The documents people read: at the root, in docs/ and beside each package and app. */
export function documents() {
  const files = ['README.md', 'CONTRIBUTING.md'].filter((path) => existsSync(join(repositoryRoot, path)));
  for (const folder of ['docs', 'packages', 'apps', 'tooling', '.changeset'])
    files.push(...filesBelow(folder, /\.md$/));
  return files
    .filter((path) => !path.endsWith('CHANGELOG.md'))
    .map((path) => ({ path, text: readFileSync(join(repositoryRoot, path), 'utf8') }));
}

/**
 * @returns {{ text: string, line: number }[]} the blocks fenced as `ts`, with the line of the document on which each starts
 */
export function samples(text) {
  return [...text.matchAll(/^```ts[ \t]*\n([\s\S]*?)^```[ \t]*$/gm)].map((match) => ({
    text: match[1],
    line: lineAt(text, match.index) + 1,
  }));
}

/** @returns {{ target: string, line: number }[]} links inside the repository and paths in backticks, code blocks left out */
export function references(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '));
  const links = [...prose.matchAll(/\]\(<?([^()\s<>]+)>?(?:\s+"[^"]*")?\)/g)];
  const paths = [...prose.matchAll(/`((?:packages|apps|tooling|docs|\.changeset|\.ci)\/[\w./-]+)`/g)];
  return [...links, ...paths.map((match) => Object.assign(match, { 1: `/${match[1]}` }))]
    .filter((match) => !/^(\w+:|\/\/)/.test(match[1]))
    .map((match) => ({ target: match[1], line: lineAt(text, match.index) }));
}

/** @returns {string[]} the anchors that GitHub gives the headings of a document */
export function anchors(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map((match) =>
    match[1]
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );
}

const lineAt = (text, index) => text.slice(0, index).split('\n').length;
