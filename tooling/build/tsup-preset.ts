import type { Options } from 'tsup';

/** Options of a published package; each entry `name` is src/name.ts and becomes dist/name.js with its types. */
export const libraryBuild = (...names: string[]): Options => ({ ...applicationBuild(...names), dts: true });

/** Options of a program that is run but not published: no types. */
export const applicationBuild = (...names: string[]): Options => ({
  entry: Object.fromEntries(names.map((name) => [name, `src/${name}.ts`])),
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false,
  splitting: true,
  sourcemap: false,
  clean: true,
  silent: true,
});
