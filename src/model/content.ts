// Content: bytes that can be read once or again, without saying where they lie.

/** A stretch of an open file, or bytes in memory. Whoever made it closes it. */
export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** `position` and `size` in bytes. `fd` stays open until `close` is called. */
  | {
      readonly kind: 'region';
      readonly fd: number;
      readonly position: number;
      readonly size: number;
      readonly close: () => void;
    };

export function bytesContent(bytes: Uint8Array): Content {
  return { kind: 'bytes', bytes };
}

/** Length in bytes. */
export function contentSize(content: Content): number {
  return content.kind === 'bytes' ? content.bytes.length : content.size;
}
