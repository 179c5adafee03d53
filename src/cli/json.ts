/** JSON as Go's encoder writes it, byte for byte: `<`, `>`, `&` and the two line separators are escaped. */
export function goJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, undefined, indent).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
