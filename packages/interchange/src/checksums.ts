import { SdmError, sha256Hex } from '@sdmjs/core';

/** The files of a package by name. */
export type PackageFiles = Readonly<Record<string, Uint8Array>>;

/** SHA-256 of each named file, in lowercase hex. */
export async function checksumsOf(files: PackageFiles, names: readonly string[]): Promise<Record<string, string>> {
  const sums = await Promise.all(names.map((name) => sha256Hex(files[name]!)));
  return Object.fromEntries(names.map((name, i) => [name, sums[i]!]));
}

/** Throws `bad-checksum` at the first file whose bytes are not those that were summed. */
export async function verifyChecksums(checksums: Readonly<Record<string, string>>, files: PackageFiles): Promise<void> {
  for (const [name, wanted] of Object.entries(checksums)) {
    const got = await sha256Hex(files[name]!);
    if (got !== wanted) {
      throw new SdmError(
        'bad-checksum',
        `${name}: SHA-256 is ${got}, the manifest says ${wanted}; the file was changed or damaged, take another copy of the package`,
      );
    }
  }
}
