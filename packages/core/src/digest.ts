/** SHA-256 of bytes, in lowercase hex. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const view = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', view));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 over `parts`, each after its length, as hex; so neither order nor borders can be confused. */
export async function fingerprintOf(parts: readonly (string | Uint8Array)[]): Promise<string> {
  const encoder = new TextEncoder();
  const chunks = parts.flatMap((part) => {
    const bytes = typeof part === 'string' ? encoder.encode(part) : part;
    return [encoder.encode(`${bytes.length}:`), bytes];
  });
  const joined = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let place = 0;
  for (const chunk of chunks) {
    joined.set(chunk, place);
    place += chunk.length;
  }
  return sha256Hex(joined);
}
