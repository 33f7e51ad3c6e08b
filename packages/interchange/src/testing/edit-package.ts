import type { PackageFiles } from '../checksums.js';

/** The same package with one text file changed. */
export function editText(files: PackageFiles, name: string, edit: (text: string) => string): PackageFiles {
  return { ...files, [name]: new TextEncoder().encode(edit(new TextDecoder().decode(files[name]))) };
}

/** The same package with one member of the manifest replaced (`configuration.qOffset`), or taken away by `undefined`. */
export function setInManifest(files: PackageFiles, path: string, value: unknown): PackageFiles {
  return editText(files, 'manifest.json', (text) => {
    const root: unknown = JSON.parse(text);
    const keys = path.split('.');
    const last = keys.pop()!;
    const owner = keys.reduce<unknown>((at, key) => Reflect.get(Object(at), key), root);
    if (value === undefined) Reflect.deleteProperty(Object(owner), last);
    else Reflect.set(Object(owner), last, value);
    return JSON.stringify(root);
  });
}
