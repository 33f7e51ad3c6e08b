import { access, constants } from 'node:fs/promises';

/** How to start a browser without a window. */
export interface Browser {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  /** Opens an address, with an empty folder for what the browser keeps. */
  readonly options: (profile: string, address: string) => string[];
}

/** The program that a variable of the environment names, if it is set. Throws where there is no such program. */
export async function namedProgram(variable: 'SDMJS_CHROMIUM' | 'SDMJS_FIREFOX'): Promise<string | undefined> {
  const named = process.env[variable];
  if (named === undefined || (await isProgram(named))) return named;
  throw new Error(`${variable}: wanted the path of a program, got ${named}; name one that is there, or unset it`);
}

export async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
