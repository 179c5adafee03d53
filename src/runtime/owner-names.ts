/**
 * User names by uid from the text of /etc/passwd (passwd(5)), read at the first call.
 *
 * @param nameless for a uid without a name, or when the file cannot be read; by default `#1234`, as runc prints it
 */
export function ownerNames(
  readPasswd: () => string,
  nameless: (uid: number) => string = (uid) => `#${uid}`,
): (uid: number) => string {
  let names: Map<number, string> | undefined;
  return (uid) => {
    names ??= parsePasswd(readPasswd);
    return names.get(uid) ?? nameless(uid);
  };
}

function parsePasswd(read: () => string): Map<number, string> {
  const names = new Map<number, string>();
  let text: string;
  try {
    text = read();
  } catch {
    return names;
  }
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name && uid && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}
