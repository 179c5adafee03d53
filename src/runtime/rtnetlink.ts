/** Messages of rtnetlink(7) about links and addresses, to bytes and back. Numbers are in the byte order of the machine, which is little endian here. */

export const MESSAGE = { newLink: 16, getLink: 18, newAddress: 20, getAddress: 22 } as const;
/** NLM_F_*. */
const REQUEST = { plain: 0x1, acknowledge: 0x4, dump: 0x300, replace: 0x100, create: 0x400 } as const;
/** IFLA_*. */
export const LINK = { address: 1, name: 3, namespace: 28 } as const;
/** IFA_*. */
export const ADDRESS = { address: 1, local: 2, broadcast: 4, flags: 8, priority: 9 } as const;

const HEADER = 16;
const LINK_HEADER = 16;
const ADDRESS_HEADER = 8;
const ATTRIBUTE_HEADER = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are no part of the type. */
const TYPE_END = 0x4000;

export interface Attribute {
  readonly type: number;
  readonly data: Uint8Array;
}

export interface Link {
  readonly index: number;
  /** IFF_*. */
  readonly flags: number;
}

export interface Address {
  readonly family: number;
  readonly prefix: number;
  readonly scope: number;
  readonly index: number;
  readonly attributes: readonly Attribute[];
}

/** What a link is to become; the members of its header. */
export interface LinkChange {
  /** 0: the link is named by an attribute. */
  readonly index: number;
  readonly flags: number;
  /** Which of the flags count. */
  readonly mask: number;
}

export function linkMessage(
  type: number,
  { index, flags, mask }: LinkChange,
  attributes: readonly Attribute[],
): Uint8Array {
  const header = new DataView(new ArrayBuffer(LINK_HEADER));
  header.setInt32(4, index, true);
  header.setUint32(8, flags, true);
  header.setUint32(12, mask, true);
  return message(type, REQUEST.plain + REQUEST.acknowledge, header, attributes);
}

/** Every address of the namespace. */
export function addressesMessage(): Uint8Array {
  const header = new DataView(new ArrayBuffer(ADDRESS_HEADER));
  return message(MESSAGE.getAddress, REQUEST.plain + REQUEST.dump, header, []);
}

/** A new address, or the same one anew. */
export function addressMessage({ family, prefix, scope, index, attributes }: Address): Uint8Array {
  const header = new DataView(new ArrayBuffer(ADDRESS_HEADER));
  header.setUint8(0, family);
  header.setUint8(1, prefix);
  header.setUint8(3, scope);
  header.setUint32(4, index, true);
  const flags = REQUEST.plain + REQUEST.acknowledge + REQUEST.create + REQUEST.replace;
  return message(MESSAGE.newAddress, flags, header, attributes);
}

export function textAttribute(type: number, text: string): Attribute {
  return { type, data: new TextEncoder().encode(`${text}\0`) };
}

export function numberAttribute(type: number, value: number): Attribute {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return { type, data: new Uint8Array(view.buffer) };
}

export function readNumber({ data }: Attribute): number {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0, true);
}

function message(type: number, flags: number, header: DataView, attributes: readonly Attribute[]): Uint8Array {
  let length = HEADER + header.byteLength;
  for (const { data } of attributes) length += aligned(ATTRIBUTE_HEADER + data.length);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  bytes.set(new Uint8Array(header.buffer), HEADER);
  let at = HEADER + header.byteLength;
  for (const { type: kind, data } of attributes) {
    view.setUint16(at, ATTRIBUTE_HEADER + data.length, true);
    view.setUint16(at + 2, kind, true);
    bytes.set(data, at + ATTRIBUTE_HEADER);
    at += aligned(ATTRIBUTE_HEADER + data.length);
  }
  return bytes;
}

/** The links in an answer. */
export function readLinks(answer: Uint8Array): Link[] {
  const links: Link[] = [];
  for (const view of messages(answer, MESSAGE.newLink))
    links.push({ index: view.getInt32(HEADER + 4, true), flags: view.getUint32(HEADER + 8, true) });
  return links;
}

/** The addresses in an answer. */
export function readAddresses(answer: Uint8Array): Address[] {
  const addresses: Address[] = [];
  for (const view of messages(answer, MESSAGE.newAddress)) {
    addresses.push({
      family: view.getUint8(HEADER),
      prefix: view.getUint8(HEADER + 1),
      scope: view.getUint8(HEADER + 3),
      index: view.getUint32(HEADER + 4, true),
      attributes: readAttributes(view, HEADER + ADDRESS_HEADER),
    });
  }
  return addresses;
}

function* messages(answer: Uint8Array, type: number): Generator<DataView> {
  for (let at = 0; at + HEADER <= answer.length; ) {
    const length = new DataView(answer.buffer, answer.byteOffset + at).getUint32(0, true);
    const view = new DataView(answer.buffer, answer.byteOffset + at, length);
    if (view.getUint16(4, true) === type) yield view;
    at += aligned(length);
  }
}

function readAttributes(view: DataView, start: number): Attribute[] {
  const attributes: Attribute[] = [];
  for (let at = start; at + ATTRIBUTE_HEADER <= view.byteLength; ) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER || at + length > view.byteLength) break;
    const type = view.getUint16(at + 2, true) % TYPE_END;
    const data = new Uint8Array(view.buffer, view.byteOffset + at + ATTRIBUTE_HEADER, length - ATTRIBUTE_HEADER);
    attributes.push({ type, data });
    at += aligned(length);
  }
  return attributes;
}

function aligned(length: number): number {
  return Math.ceil(length / 4) * 4;
}
