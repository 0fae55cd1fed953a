// Draws an example photo, so that one click sends a picture: a rainy slope with a crack above some houses.
// It is marked as an example inside the picture and never twice the same.
const WIDTH = 1200;
const HEIGHT = 900;

/** A JPEG file of about 100 KB; `stamp` is written into the picture. */
export async function examplePicture(stamp) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  sky(pen);
  hills(pen);
  slope(pen);
  crack(pen);
  for (let index = 0; index < 3; index += 1) house(pen, 140 + index * 300 + random(-30, 30), 690 + random(-12, 30));
  rain(pen);
  label(pen, stamp);
  const blob = await new Promise((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", 0.82);
  });
  return new File([blob], "example.jpg", { type: "image/jpeg" });
}

const random = (low, high) => low + Math.random() * (high - low);

function sky(pen) {
  const paint = pen.createLinearGradient(0, 0, 0, HEIGHT);
  paint.addColorStop(0, "#5f6f7d");
  paint.addColorStop(0.55, "#a9b5ba");
  pen.fillStyle = paint;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
}

function shape(pen, colour, points) {
  pen.fillStyle = colour;
  pen.beginPath();
  points.forEach(([x, y]) => pen.lineTo(x, y));
  pen.closePath();
  pen.fill();
}

function hills(pen) {
  const ridge = (base, swing) => [...Array(13).keys()].map((x) => [x * 100, base + random(-swing, swing)]);
  shape(pen, "#7d8f8d", [[0, HEIGHT], ...ridge(330, 50), [WIDTH, HEIGHT]]);
  shape(pen, "#64796c", [[0, HEIGHT], ...ridge(420, 40), [WIDTH, HEIGHT]]);
}

function slope(pen) {
  shape(pen, "#5b6b42", [
    [0, 520],
    [260, 430],
    [620, 380],
    [WIDTH, 470],
    [WIDTH, HEIGHT],
    [0, HEIGHT],
  ]);
  shape(pen, "#8a6a48", [
    [380, 470],
    [560, 410],
    [820, 430],
    [900, 640],
    [620, 700],
    [420, 640],
  ]);
  for (let index = 0; index < 260; index += 1) {
    pen.fillStyle = `rgba(40, ${random(55, 90)}, 30, 0.35)`;
    pen.fillRect(random(0, WIDTH), random(540, HEIGHT), random(3, 10), random(2, 14));
  }
}

function crack(pen) {
  const points = [...Array(16).keys()].map((step) => [
    400 + step * 32 + random(-8, 8),
    520 + Math.sin(step / 2.4) * 34 + random(-12, 12),
  ]);
  for (const [width, colour] of [
    [15, "#4b3320"],
    [8, "#20140b"],
  ]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.lineJoin = "round";
    pen.beginPath();
    points.forEach(([x, y]) => pen.lineTo(x, y));
    pen.stroke();
  }
}

function house(pen, x, y) {
  const wall = 150;
  shape(pen, "#d8d3c4", [
    [x, y],
    [x + 210, y],
    [x + 210, y + wall],
    [x, y + wall],
  ]);
  shape(pen, "#6d4037", [
    [x - 22, y + 6],
    [x + 105, y - 76],
    [x + 232, y + 6],
  ]);
  shape(pen, "#4b5a63", [
    [x + 30, y + 40],
    [x + 80, y + 40],
    [x + 80, y + 86],
    [x + 30, y + 86],
  ]);
  shape(pen, "#5a4636", [
    [x + 122, y + 50],
    [x + 172, y + 50],
    [x + 172, y + wall],
    [x + 122, y + wall],
  ]);
}

function rain(pen) {
  pen.strokeStyle = "rgba(225, 235, 240, 0.32)";
  pen.lineWidth = 2;
  pen.beginPath();
  for (let index = 0; index < 420; index += 1) {
    const [x, y, length] = [random(0, WIDTH), random(0, HEIGHT), random(16, 46)];
    pen.moveTo(x, y);
    pen.lineTo(x - length / 4, y + length);
  }
  pen.stroke();
}

function label(pen, stamp) {
  pen.fillStyle = "rgba(10, 16, 22, 0.66)";
  pen.fillRect(0, HEIGHT - 74, WIDTH, 74);
  pen.fillStyle = "#ffffff";
  pen.font = "600 36px system-ui, 'Noto Sans CJK SC', sans-serif";
  pen.textBaseline = "middle";
  pen.fillText(stamp, 32, HEIGHT - 37);
}
