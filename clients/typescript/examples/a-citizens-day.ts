/**
 * A citizen finds a procedure, uploads a paper, hands in, follows the dossier and pages through all of them.
 *
 *     MOTCUA_URL=http://127.0.0.1:8000 npm run example
 *
 * Runs against a development stack (`make run`), whose issuer signs sample people in without a password.
 */

import { connect, every, must, once, only, Refused, type Schema } from "../src/index.js";

const url = process.env["MOTCUA_URL"] ?? "http://127.0.0.1:8000";
const procedure = "1.004859";
const agency = "H99.201";
const person = {
  full_name: "Nguyễn Văn An",
  identity_type: "CITIZEN_ID",
  identity_number: process.env["MOTCUA_IDENTITY"] ?? "099088000011",
  phone: "0900000011",
  email: "an@nguoidan.example",
  address: "12 ngõ Bến Đò",
} satisfies Schema<"DossierSubmissionIn">["owner"];

async function signIn(subject: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: "urn:motcua:development", subject });
  const answer = await fetch(`${url}/oidc/token`, { method: "POST", body });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

const anybody = connect({ url });
const token = await signIn("cong-dan-an");
const citizen = connect({ url, token: () => token });

const found = await must(
  only(["code", "name"], (fields) =>
    anybody.GET("/api/v1/procedures", { params: { query: { q: "cai chinh ho tich", limit: 5, fields } } }),
  ),
);
console.log("tìm thấy", found.items.map((item) => item.code).join(" "));

const pdf = Uint8Array.from(atob(process.env["MOTCUA_PDF"] ?? ""), (letter) => letter.charCodeAt(0));

async function upload(component: string): Promise<string> {
  const kept = await must(
    citizen.POST("/api/v1/attachments", {
      params: { header: { ...once(), "x-file-name": encodeURIComponent(`${component}.pdf`) }, query: { procedure, component } },
      headers: { "Content-Type": "application/pdf" },
      body: pdf as unknown as string,
      bodySerializer: (bytes) => bytes,
    }),
  );
  return kept.attachment_id;
}

const components = [];
for (const component_code of ["to-khai", "chung-minh"]) {
  components.push({ component_code, attachment_ids: [await upload(component_code)], form: "electronic" as const });
}
const submission = {
  procedure_code: procedure,
  channel: "ONLINE",
  owner: person,
  receiving_agency: agency,
  components,
  form_data: { noi_dung: "Cải chính ngày sinh trong Giấy khai sinh" },
  result_delivery: "COUNTER",
} satisfies Partial<Schema<"DossierSubmissionIn">>;
const key = crypto.randomUUID();
const hand_in = () => must(citizen.POST("/api/v1/dossiers", { params: { header: once(key) }, body: submission }));
const receipt = await hand_in();
const again = await hand_in();
if (again.dossier_id !== receipt.dossier_id) throw new Error("handed in twice");
console.log("đã nộp", receipt.reference, receipt.state);

const dossier_id = receipt.dossier_id;
const seen_now = await must(citizen.GET("/api/v1/dossiers/{dossier_id}", { params: { path: { dossier_id } } }));
console.log("được làm", seen_now.actions.join(" "));

let count = 0;
let is_listed = false;
for await (const one of every((cursor) => citizen.GET("/api/v1/dossiers", { params: { query: { limit: 1, cursor } } }))) {
  count += 1;
  is_listed ||= one.dossier_id === dossier_id;
}
if (!is_listed) throw new Error("the dossier is in none of the pages");
console.log("có", count, "hồ sơ");

try {
  await must(citizen.GET("/api/v1/inbox"));
  throw new Error("a citizen read the officers' work");
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.log("bị từ chối", error.status, error.code);
}
