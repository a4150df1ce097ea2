// Uploads in pieces that go on after a lost connection, and the focal point by a click. The page works without it.
"use strict";

const PIECE = 8 * 1024 * 1024;
const WAITS_S = [1, 2, 5, 10, 20];
const VERSION = { "Tus-Resumable": "1.0.0" };

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const seconds = (count) => new Promise((done) => setTimeout(done, count * 1000));

class Refused extends Error {}

class Upload {
  constructor(form, file) {
    this.form = form;
    this.file = file;
    this.token = form.elements.csrf_token.value;
    this.replaces = form.elements.replaces?.value ?? "";
    this.box = form.querySelector("[data-progress]");
    this.bar = this.box.querySelector("progress");
    this.words = this.box.querySelector("[data-words]");
    // The same file chosen again goes on where it stopped, also after the page was closed.
    this.memory = ["upload", file.name, file.size, file.lastModified, this.replaces].join("|");
    this.stopped = false;
  }

  async run() {
    this.box.hidden = false;
    for (let failures = 0; ; ) {
      try {
        let offset = await this.begin();
        while (offset < this.file.size) {
          offset = await this.send(offset);
          failures = 0;
        }
        return await this.finished();
      } catch (error) {
        if (this.stopped || error instanceof Refused) throw error;
        const wait = WAITS_S[Math.min(failures++, WAITS_S.length - 1)];
        this.say(`The connection was lost at ${this.percent} %. Going on by itself in ${wait} s …`);
        await seconds(wait);
      }
    }
  }

  async begin() {
    this.address = localStorage.getItem(this.memory);
    if (this.address) {
      const known = await fetch(this.address, { method: "HEAD", headers: VERSION });
      if (known.ok) return Number(known.headers.get("Upload-Offset"));
      if (known.status !== 404) await this.refuse(known.status, "");
      localStorage.removeItem(this.memory);
    }
    const said = [`filename ${encoded(this.file.name)}`];
    if (this.replaces) said.push(`replaces ${encoded(this.replaces)}`);
    const answer = await fetch("/api/v1/uploads", {
      method: "POST",
      headers: { ...VERSION, "X-CSRF-Token": this.token, "Upload-Length": this.file.size, "Upload-Metadata": said.join(",") },
    });
    if (!answer.ok) await this.refuse(answer.status, await answer.text());
    this.address = answer.headers.get("Location");
    localStorage.setItem(this.memory, this.address);
    return 0;
  }

  send(offset) {
    const piece = this.file.slice(offset, offset + PIECE);
    return new Promise((done, fail) => {
      const request = (this.request = new XMLHttpRequest());
      request.open("PATCH", this.address);
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      request.setRequestHeader("X-CSRF-Token", this.token);
      request.setRequestHeader("Upload-Offset", offset);
      request.setRequestHeader("Content-Type", "application/offset+octet-stream");
      request.upload.onprogress = (event) => this.show(offset + event.loaded);
      request.onload = () => {
        if (request.status === 204) return done(Number(request.getResponseHeader("Upload-Offset")));
        this.refuse(request.status, request.responseText).catch(fail);
      };
      request.onerror = request.onabort = () => fail(new Error("connection"));
      request.send(piece);
    });
  }

  async refuse(status, text) {
    // Another window may send the same file (409), and servers restart; both are asked again for where to go on.
    if (status === 409 || status === 429 || status >= 500) throw new Error(`status ${status}`);
    localStorage.removeItem(this.memory);
    let detail = "Log in again, then choose the file once more.";
    try {
      detail = JSON.parse(text).detail;
    } catch {
      // No words of the server came along.
    }
    throw new Refused(detail);
  }

  async finished() {
    const answer = await fetch(this.address);
    localStorage.removeItem(this.memory);
    const asset = answer.ok ? (await answer.json()).asset_id : null;
    location.assign(asset && this.replaces ? `/assets/${asset}` : "/assets");
  }

  get percent() {
    return Math.floor(this.bar.value);
  }

  show(sent) {
    this.bar.value = (sent / this.file.size) * 100;
    const all = sent >= this.file.size;
    this.say(all ? "Received. The file is being checked …" : `${this.percent} % of ${(this.file.size / 1e6).toFixed(1)} MB`);
  }

  say(text) {
    this.words.textContent = text;
  }

  stop() {
    this.stopped = true;
    this.request?.abort();
    if (this.address) {
      fetch(this.address, { method: "DELETE", headers: { ...VERSION, "X-CSRF-Token": this.token } });
    }
    localStorage.removeItem(this.memory);
  }
}

for (const form of document.querySelectorAll("[data-upload]")) {
  const stop = form.querySelector("[data-stop]");
  const button = form.querySelector("button.primary");
  form.addEventListener("submit", async (event) => {
    const file = form.elements.file.files[0];
    if (!file) return;
    event.preventDefault();
    const upload = new Upload(form, file);
    stop.hidden = false;
    stop.onclick = () => upload.stop();
    button.disabled = true;
    upload.words.classList.remove("mistake");
    try {
      await upload.run();
    } catch (error) {
      upload.words.classList.toggle("mistake", !upload.stopped);
      upload.say(upload.stopped ? "Stopped. Nothing was kept." : error.message);
    } finally {
      stop.hidden = true;
      button.disabled = false;
    }
  });
}

for (const picture of document.querySelectorAll("[data-focal]")) {
  const [across, down] = ["focal_x", "focal_y"].map((name) => document.getElementById(name));
  if (!across) continue;
  const draw = () => {
    const lines = `M${across.value || 50} 0V100M0 ${down.value || 50}H100`;
    for (const path of picture.querySelectorAll("path")) path.setAttribute("d", lines);
  };
  picture.classList.add("clickable");
  for (const hint of document.querySelectorAll("[data-script]")) hint.hidden = false;
  picture.addEventListener("click", (event) => {
    const frame = picture.getBoundingClientRect();
    const share = (at, from, length) => Math.min(100, Math.max(0, ((at - from) / length) * 100)).toFixed(1);
    across.value = share(event.clientX, frame.left, frame.width);
    down.value = share(event.clientY, frame.top, frame.height);
    draw();
  });
  for (const field of [across, down]) field.addEventListener("input", draw);
}
