// Makes an example voice note in the format phones send: Opus in Ogg. Needs no microphone.
// Where the browser cannot encode Opus the note is silent, but still a valid one.
const RATE = 48000;
const FRAME = 960;
const SECONDS = 3;
const SILENCE = new Uint8Array([0xf8, 0xff, 0xfe]);

/** {file, duration}: a note of three seconds that hums like a voice. */
export async function exampleVoice() {
  const packets = await encode().catch(() => null);
  const count = (SECONDS * RATE) / FRAME;
  const file = new File([ogg(packets || Array(count).fill(SILENCE))], "voice.ogg", { type: "audio/ogg" });
  return { file, duration: SECONDS };
}

async function encode() {
  const packets = [];
  let failure = null;
  const encoder = new AudioEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      packets.push(bytes);
    },
    error: (error) => {
      failure = error;
    },
  });
  encoder.configure({ codec: "opus", sampleRate: RATE, numberOfChannels: 1, bitrate: 24000 });
  encoder.encode(
    new AudioData({
      format: "f32",
      sampleRate: RATE,
      numberOfFrames: RATE * SECONDS,
      numberOfChannels: 1,
      timestamp: 0,
      data: hum(),
    }),
  );
  await encoder.flush();
  encoder.close();
  if (failure || packets.length === 0) throw failure || new Error("no packets");
  return packets;
}

/** Syllables: a tone of a voice's pitch with its overtones, rising and falling. */
function hum() {
  const samples = new Float32Array(RATE * SECONDS);
  let phase = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const time = index / RATE;
    phase += (2 * Math.PI * (150 + 28 * Math.sin(time * 5) + 14 * Math.sin(time * 13))) / RATE;
    const syllable = Math.max(0, Math.sin(time * Math.PI * 4)) ** 0.6;
    samples[index] = 0.22 * syllable * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(4 * phase));
  }
  return samples;
}

function ogg(packets) {
  const head = new Uint8Array(19);
  head.set(text("OpusHead"));
  head.set([1, 1, 0, 0], 8);
  new DataView(head.buffer).setUint32(12, RATE, true);
  const vendor = text("sandbox");
  const tags = new Uint8Array(8 + 4 + vendor.length + 4);
  tags.set(text("OpusTags"));
  new DataView(tags.buffer).setUint32(8, vendor.length, true);
  tags.set(vendor, 12);
  const pages = [page([head], 0, 0, 2), page([tags], 1, 0, 0)];
  for (let at = 0; at < packets.length; at += 50) {
    const last = at + 50 >= packets.length;
    const group = packets.slice(at, at + 50);
    pages.push(page(group, pages.length, (at + group.length) * FRAME, last ? 4 : 0));
  }
  return new Blob(pages);
}

const text = (words) => new TextEncoder().encode(words);

/** One Ogg page; every packet here is far below the 255 segments a page may have. */
function page(packets, sequence, granule, flags) {
  const lacing = packets.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]);
  const size = packets.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(27 + lacing.length + size);
  const view = new DataView(bytes.buffer);
  bytes.set(text("OggS"));
  bytes[5] = flags;
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, 0x4a594f47, true);
  view.setUint32(18, sequence, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  let at = 27 + lacing.length;
  for (const packet of packets) {
    bytes.set(packet, at);
    at += packet.length;
  }
  view.setUint32(22, checksum(bytes), true);
  return bytes;
}

/** Ogg's CRC-32: polynomial 0x04c11db7, not reflected, starting at 0 (RFC 3533, section 6). */
function checksum(bytes) {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}
