// What a person can send besides words. Each act makes the thing and hands it to `phone.send(fields)`.
import { askForm, confirm } from "./dialogs.js";
import { clockTime, dayLabel } from "./format.js";
import { t } from "./i18n.js";
import { examplePicture } from "./picture.js";
import { exampleVoice } from "./voice.js";

/** Where the location form starts: 大足, as the demo's world. */
const PLACE = { latitude: 29.7, longitude: 105.72, accuracy: 30 };

export async function sendExamplePhoto(phone) {
  const now = phone.store.now();
  const file = await examplePicture(`${t("example-stamp")} · ${dayLabel(now)} ${clockTime(now)}`);
  return phone.send({ kind: "photo", files: [file], caption: phone.composer.takeText() });
}

export async function sendExampleVoice(phone) {
  const { file, duration } = await exampleVoice();
  return phone.send({ kind: "voice", files: [file], duration });
}

/** Asks for a place: {latitude, longitude, accuracy}, or null. */
export async function chooseLocation() {
  const place = await askForm({
    title: t("send-location"),
    word: "send",
    testid: "location-dialog",
    fields: [
      { name: "latitude", word: "latitude", type: "number", value: PLACE.latitude, min: -90, max: 90, required: true },
      {
        name: "longitude",
        word: "longitude",
        type: "number",
        value: PLACE.longitude,
        min: -180,
        max: 180,
        required: true,
      },
      { name: "accuracy", word: "accuracy", type: "number", value: PLACE.accuracy, min: 0, max: 1500 },
    ],
  });
  return place && Object.assign(PLACE, place);
}

export async function sendLocation(phone) {
  const place = await chooseLocation();
  return place && phone.send({ kind: "location", ...place });
}

/** Asks before a person's own contact card is handed over, as a phone does: {} for yes, or null. */
export async function shareContact(phone) {
  const person = phone.personData;
  if (!person.phone) {
    phone.toast(t("no-phone-number"), "bad");
    return null;
  }
  const yes = await confirm(
    t("share-contact"),
    t("share-contact-words", { name: person.name, phone: person.phone }),
    "share",
  );
  return yes && {};
}

export async function sendContact(phone) {
  const person = phone.personData;
  return (
    (await shareContact(phone)) &&
    phone.send({ kind: "contact", phone: person.phone, first_name: person.name, user_id: person.id })
  );
}

export function sendFiles(phone, files) {
  const kinds = files.map(({ type }) =>
    type.startsWith("image/") ? "photo" : type.startsWith("video/") ? "video" : "document",
  );
  const caption = phone.composer.takeText();
  if (files.length > 1) return phone.send({ kind: "album", files, caption });
  return phone.send({ kind: kinds[0], files, caption });
}
