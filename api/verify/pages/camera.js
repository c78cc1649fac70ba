// The camera, where the browser can read codes (Shape Detection API); it is asked for on a click alone.
const LOOK_MILLISECONDS = 150;
let stream = null;

async function canScan() {
  if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

async function scan() {
  by("denied").textContent = "";
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    by("denied").textContent = say("scan.denied");
    return;
  }
  by("scan").hidden = true;
  by("camera").hidden = false;
  by("stop").focus();
  by("video").srcObject = stream;
  by("video").play().catch(() => {}); // not waited for: a camera may take its time to its first picture
  look(new BarcodeDetector({ formats: ["qr_code"] }), stream);
}

async function look(detector, mine) {
  while (stream === mine) {
    const [found] = await detector.detect(by("video")).catch(() => []);
    if (found && stream === mine) {
      stopScanning();
      follow(found.rawValue);
      return;
    }
    await new Promise((done) => setTimeout(done, LOOK_MILLISECONDS));
  }
}

function stopScanning() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = by("video").srcObject = null;
  by("camera").hidden = true;
  by("scan").hidden = false;
}

by("scan").addEventListener("click", scan);
by("stop").addEventListener("click", () => {
  stopScanning();
  by("scan").focus();
});
addEventListener("pagehide", stopScanning);
canScan().then((can) => {
  by("scan").hidden = !can;
  by("how").hidden = can;
}).catch(() => {});
