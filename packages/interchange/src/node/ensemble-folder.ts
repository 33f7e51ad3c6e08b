import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { createEnsemble, type SdmEnsemble } from '@sdmjs/estimator';
import { checksumsOf, type PackageFiles, verifyChecksums } from '../checksums.js';
import { badFormat, fieldsOf } from '../fields.js';
import { parseJson, stringifyJson } from '../json.js';
import { decodeText } from '../json-lines.js';
import { decodeModel, type LoadOptions } from '../sdmkitmodel/decode-model.js';
import { type EncodeOptions, encodeModel } from '../sdmkitmodel/encode-model.js';
import { MANIFEST_FILE } from '../sdmkitmodel/manifest.js';
import { syncFolder, writeDurably } from './durable-write.js';
import { kindOf, readPackage } from './package-folder.js';
import { type FolderKind, publishFolder, type SaveOptions } from './publish-folder.js';
import { readSteadily } from './read-steadily.js';
import { writePackage } from './save-model.js';

/** Names the members and pins each by the SHA-256 of its manifest, which in turn pins the files of the member. */
const ENSEMBLE_FILE = 'ensemble.json';

const ENSEMBLE: FolderKind = {
  where: 'saveEnsemble',
  noun: 'ensemble',
  requireOne: async (folder) => void (await readMembers(folder)),
};

/**
 * Writes a folder with `ensemble.json` and one `.sdmkitmodel` package a member, `member-1.sdmkitmodel` and on; each can be loaded by itself.
 * All or nothing, as `saveModel`: throws `destination-exists`, `not-writable`, `out-of-range`, and what `loadEnsemble` throws.
 */
export async function saveEnsemble(
  ensemble: SdmEnsemble,
  folder: string,
  options: SaveOptions & EncodeOptions = {},
): Promise<void> {
  await publishFolder(folder, ENSEMBLE, {
    ...options,
    async build(staging) {
      await mkdir(staging);
      const members: Member[] = [];
      for (const [i, estimator] of ensemble.members.entries()) {
        const files = await encodeModel(estimator, options);
        const sums = await checksumsOf(files, [MANIFEST_FILE]);
        members.push({
          folder: `member-${i + 1}.sdmkitmodel`,
          modelID: estimator.modelId,
          manifestSHA256: sums[MANIFEST_FILE]!,
        });
        await writePackage(files, join(staging, members[i]!.folder));
      }
      await writeDurably(
        join(staging, ENSEMBLE_FILE),
        `${stringifyJson({ schemaVersion: 1, members }, { indent: 2 })}\n`,
      );
      await syncFolder(staging);
      await decodeEnsemble(await readEnsemble(staging), { targetAccuracy: ensemble.targetAccuracy });
    },
  });
}

/**
 * Reads a folder that `saveEnsemble` wrote, every member checked in full. Throws `not-found`, `bad-checksum` for a member of another save, and
 * what `decodeModel` and `createEnsemble` throw: members of other features or classes are refused.
 */
export async function loadEnsemble(folder: string, options: LoadOptions = {}): Promise<SdmEnsemble> {
  return decodeEnsemble(await readSteadily(folder, readEnsemble), options);
}

interface Member {
  readonly folder: string;
  readonly modelID: string;
  readonly manifestSHA256: string;
}

type MemberFiles = readonly { readonly member: Member; readonly files: PackageFiles }[];

async function readEnsemble(folder: string): Promise<MemberFiles> {
  const read: { member: Member; files: PackageFiles }[] = [];
  for (const member of await readMembers(folder)) {
    read.push({ member, files: await readPackage(join(folder, member.folder)) });
  }
  return read;
}

async function readMembers(folder: string): Promise<Member[]> {
  const path = join(folder, ENSEMBLE_FILE);
  const kind = await kindOf(path);
  if (kind === 'absent') {
    throw new SdmError('not-found', `loadEnsemble: there is no ${path}; check the path, or load a single model`);
  }
  if (kind !== 'file') throw new SdmError('bad-format', `loadEnsemble: ${path} is a ${kind}, wanted a plain file`);
  const value = parseJson(decodeText(await readFile(path), ENSEMBLE_FILE), ENSEMBLE_FILE);
  const version = fieldsOf(value, ENSEMBLE_FILE).integer('schemaVersion');
  if (version !== 1) {
    throw new SdmError(
      'unsupported-version',
      `${ENSEMBLE_FILE}: schemaVersion is ${version}, this reader knows 1; update @sdmjs/interchange`,
    );
  }
  return fieldsOf(value, ENSEMBLE_FILE, { required: ['schemaVersion', 'members'] })
    .array('members')
    .map((item, i) => {
      const fields = fieldsOf(item, `${ENSEMBLE_FILE}: member ${i + 1}`, {
        required: ['folder', 'modelID', 'manifestSHA256'],
      });
      const name = `member-${i + 1}.sdmkitmodel`;
      if (fields.text('folder') !== name)
        throw badFormat(`${fields.where}: "folder"`, `"${name}"`, fields.text('folder'));
      return { folder: name, modelID: fields.text('modelID'), manifestSHA256: fields.text('manifestSHA256') };
    });
}

async function decodeEnsemble(members: MemberFiles, options: LoadOptions): Promise<SdmEnsemble> {
  const estimators = [];
  for (const { member, files } of members) {
    const manifest = files[MANIFEST_FILE];
    if (!manifest)
      throw new SdmError('bad-format', `${member.folder}: there is no ${MANIFEST_FILE}; take another copy`);
    const name = `${member.folder}/${MANIFEST_FILE}`;
    await verifyChecksums({ [name]: member.manifestSHA256 }, { [name]: manifest });
    estimators.push(await decodeModel(files, options));
  }
  return createEnsemble(estimators);
}
