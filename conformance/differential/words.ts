/** What a runtime prints, without what names the runtime or the moment. */

const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;

/** @param name the runtime's own, which becomes RUNTIME */
export function plain(text: string, name: string): string {
  return text
    .replace(moment, 'MOMENT')
    .replaceAll(`/run/runtime/${name}`, 'RUNTIME')
    .replace(new RegExp(`\\b${name}(?=: "| \\w+ failed:| version| - Open| will not| will detach)`, 'g'), 'RUNTIME')
    .replace(/(fd\/|nsexec-\d\[|nsexec\[)\d+/g, '$1N')
    .replace(/\.pid\.[0-9a-f]{16}/, '.pid')
    .trimEnd();
}

/** The lines of a JSON log as `level: msg`; extra members are left out, a line that is not of this form is named so. */
export function logged(text: string, name: string): string {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      let entry: { level?: unknown; msg?: unknown; time?: unknown } = {};
      try {
        entry = JSON.parse(line);
      } catch {
        return `no JSON: ${plain(line, name)}`;
      }
      const time = typeof entry.time === 'string' && entry.time.replace(moment, '') === '' ? '' : 'no time: ';
      return `${time}${entry.level}: ${plain(String(entry.msg), name)}`;
    })
    .join('\n');
}

/** The message of the last text line of level error, unquoted. */
export function lastError(text: string, name: string): string {
  const found = [...text.matchAll(/level=error msg=("(?:[^"\\]|\\.)*"|\S+)/g)].at(-1)?.[1];
  if (found === undefined) return plain(text, name);
  return plain(found.startsWith('"') ? JSON.parse(found.replace(/\\x([0-9a-f]{2})/g, '\\u00$1')) : found, name);
}
