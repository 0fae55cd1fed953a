// A short beep for ringing messages. Off until somebody switches it on; nothing is loaded, the tone is made here.
const KEY = "sandbox.sound";
let on = false;
let context = null;

export function startSound() {
  try {
    on = localStorage.getItem(KEY) === "on";
  } catch {
    on = false;
  }
}

export const soundOn = () => on;

export function setSound(next) {
  on = next;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    /* lasts until reload where storage is refused */
  }
  if (on) beep();
}

/** Two short tones. A browser that wants a touch first stays silent. */
export function beep() {
  if (!on) return;
  context ??= new AudioContext();
  context
    .resume()
    .then(() => [0, 0.16].forEach(tone))
    .catch(() => {});
}

function tone(delay) {
  const start = context.currentTime + delay;
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = delay ? 1175 : 880;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.14);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.15);
}
