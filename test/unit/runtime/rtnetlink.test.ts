import { expect, test } from 'vitest';
import {
  ADDRESS,
  addressMessage,
  LINK,
  linkMessage,
  MESSAGE,
  numberAttribute,
  readAddresses,
  readLinks,
  readNumber,
  textAttribute,
} from '../../../src/runtime/rtnetlink.ts';

test('a message has header, body and attributes on multiples of four', () => {
  const attributes = [textAttribute(LINK.name, 'eth10'), numberAttribute(LINK.namespace, 7)];
  const bytes = linkMessage(MESSAGE.newLink, { index: 3, flags: 0, mask: 1 }, attributes);
  const words = [...new Uint32Array(bytes.buffer)];
  expect(words.slice(0, 8)).toEqual([52, 16 + 5 * 65536, 0, 0, 0, 3, 0, 1]);
  // Ten bytes of name, padded to twelve, then eight of number.
  expect(words.slice(8)).toEqual([10 + 3 * 65536, 0x31687465, 0x30, 8 + 28 * 65536, 7]);
});

test('what was written can be read, whatever stands around it', () => {
  const attributes = [
    numberAttribute(ADDRESS.flags, 0x280),
    { type: ADDRESS.local, data: new Uint8Array([10, 0, 0, 1]) },
  ];
  const address = { family: 2, prefix: 24, scope: 0, index: 9, attributes };
  const link = linkMessage(MESSAGE.newLink, { index: 5, flags: 0x43, mask: 0 }, [textAttribute(LINK.name, 'ab')]);
  const one = addressMessage(address);
  const answer = new Uint8Array([0, ...link, ...one, ...one]).subarray(1);
  expect(readLinks(answer)).toEqual([{ index: 5, flags: 0x43 }]);
  const [read, again] = readAddresses(answer);
  expect(read).toEqual(address);
  expect(again).toEqual(address);
  expect(read?.attributes[0] && readNumber(read.attributes[0])).toBe(0x280);
});

test('an attribute that is cut off ends the list', () => {
  const bytes = addressMessage({
    family: 2,
    prefix: 8,
    scope: 0,
    index: 1,
    attributes: [numberAttribute(ADDRESS.flags, 1)],
  });
  const view = new DataView(bytes.buffer);
  view.setUint16(24, 4000, true);
  expect(readAddresses(bytes)[0]?.attributes).toEqual([]);
});
