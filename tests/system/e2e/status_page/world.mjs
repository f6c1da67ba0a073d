// Simulated appliances and an exporter that watches them, on loopback, in a folder of their own.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 20_000;
const TOKEN = "token-of-the-tests";

export async function eventually(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// A program whose output goes to a file.
class Program {
  constructor(binary, args, log) {
    this.log = log;
    const output = openSync(log, "w");
    this.child = spawn(binary, args, { stdio: ["ignore", output, output] });
    this.ended = new Promise((resolve) => this.child.on("exit", resolve));
  }

  port(pattern) {
    return eventually(`a port in ${this.log}`, () => readFileSync(this.log, "utf8").match(pattern)?.[1]);
  }

  async stop() {
    this.child.kill("SIGTERM");
    await this.ended;
  }
}

export class World {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "cckm-status-page-"));
    this.programs = [];
    this.targets = [];
    writeFileSync(join(this.folder, "token"), TOKEN, { mode: 0o600 });
  }

  async addSimulator(name, flags, collector = {}, families = ["dsm"]) {
    const simulator = new Program(process.env.CCKM_SIMULATOR_BINARY,
      ["--listen=127.0.0.1:0", `--token=${TOKEN}`, `--families=${families}`, "--control", ...flags],
      join(this.folder, `simulator-${this.programs.length}.log`));
    this.programs.push(simulator);
    this.simulatorUrl = `http://127.0.0.1:${await simulator.port(/:\/\/127\.0\.0\.1:(\d+)/)}`;
    this.addTarget(name, this.simulatorUrl, collector, families);
  }

  // `collector` is what its configuration says beyond discovery.
  addTarget(name, url, collector = {}, families = ["dsm"]) {
    const discovery = { enabled: true, interval: "1s", max_refreshes: 5000, observe_history: true };
    this.targets.push({
      name, url,
      authorization: { credentials_file: "token" },
      collectors: Object.fromEntries(families.map((family) => [family, { discovery, ...collector }])),
    });
  }

  async order(path) {
    const answer = await fetch(`${this.simulatorUrl}/simulator/${path}`, { method: "POST" });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  }

  // The names of the appliance's domains, in alphabetical order, with their ids.
  async domains() {
    const answer = await fetch(`${this.simulatorUrl}/api/v1/cckm/dsm/domains?limit=100`,
      { headers: { Authorization: `Bearer ${TOKEN}` } });
    const { resources } = await answer.json();
    return resources.map(({ id, dsm_params }) => ({ id, name: dsm_params.name }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  // Starts the exporter and waits until `isReady` is satisfied with /api/v1/status.  JSON is YAML.
  async startExporter(isReady) {
    const config = join(this.folder, "config.yml");
    writeFileSync(config, JSON.stringify({ global: { poll_interval: "1s", allow_http: true }, targets: this.targets }));
    this.exporter = new Program(process.env.CCKM_EXPORTER_BINARY,
      [`--config.file=${config}`, "--web.listen-address=127.0.0.1:0", "--storage.path="],
      join(this.folder, "exporter.log"));
    this.address = `127.0.0.1:${await this.exporter.port(/msg="Listening" .*port=(\d+)/)}`;
    this.url = `http://${this.address}/`;
    let status;
    await eventually("the state of the exporter", async () => isReady((status = await this.status()))).catch((error) => {
      throw new Error(`${error.message}; it is ${JSON.stringify(status.counts)}`);
    });
  }

  async status() {
    return (await fetch(`${this.url}api/v1/status`)).json();
  }

  async stop() {
    await Promise.all([this.exporter, ...this.programs].map((program) => program?.stop()));
    rmSync(this.folder, { recursive: true });
  }
}
