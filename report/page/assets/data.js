"use strict";
// The data of the report: JSON and arrays, as report/page/payload.py packs them.

const ARRAYS = { f4: Float32Array, u4: Uint32Array, i4: Int32Array };

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const raw = await new Response(stream).arrayBuffer();
  const length = new DataView(raw).getUint32(0, true);
  const data = JSON.parse(new TextDecoder().decode(new Uint8Array(raw, 4, length)));
  let at = 4 + length;
  data.columns = {};
  for (const [name, kind, size] of data.arrays) {
    data.columns[name] = new ARRAYS[kind](raw, at, size);
    at += 4 * size;
  }
  return data;
}
