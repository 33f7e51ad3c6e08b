/** A copy of the object under `key` in the metadata of an estimator; an empty one where there is none. */
export function recordAt(metadata: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const value = metadata[key];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
