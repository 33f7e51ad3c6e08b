import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { notWritable } from './not-writable.js';
import { publishFolder } from './publish-folder.js';

const fault = (code: string) => Object.assign(new Error(`${code}: said by the system`), { code, syscall: 'write' });

it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('tells to make room where there is too little: %s', (code) => {
  expect(notWritable('/place', fault(code))).toMatchObject({
    code: 'not-writable',
    message: `cannot write /place: ${code}: said by the system; make room there, or choose another path`,
  });
});

it.each(['EACCES', 'ENOENT'])('tells to choose another path elsewhere: %s', (code) => {
  const { message } = notWritable('/place', fault(code), 'saveModel');
  expect(message).toBe(`saveModel: cannot write /place: ${code}: said by the system; choose another path`);
});

it('says so of a disk that fills up while a model is saved', async () => {
  const kind = { where: 'saveModel', noun: 'model', requireOne: () => Promise.resolve() };
  const folder = join(tmpdir(), `sdmjs-full-${crypto.randomUUID()}`);
  await expect(publishFolder(folder, kind, { build: () => Promise.reject(fault('ENOSPC')) })).rejects.toThrow(
    /^saveModel: cannot write .*: ENOSPC: .*; make room there, or choose another path$/,
  );
});
