export async function writeReport(folder: string): Promise<string> {
  return folder;
}
