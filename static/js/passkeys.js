// Passkeys (WebAuthn), and keeping recovery codes. A form with data-passkey="create" or "get" runs the ceremony when its
// [data-passkey-start] is pressed, puts the answer into its field `credential` and goes off. data-passkey-options says
// where the options are: "#id" of a JSON block, or an address that answers {request_options}.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const withBytes = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

async function optionsOf(form) {
  const where = form.dataset.passkeyOptions;
  if (where.startsWith("#")) return JSON.parse(document.querySelector(where).textContent).publicKey;
  const answer = await fetch(where, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return (await answer.json()).request_options.publicKey;
}

async function create(options) {
  const made = await navigator.credentials.create({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  } });
  return answerOf(made, {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function get(options) {
  const used = await navigator.credentials.get({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = used.response;
  return answerOf(used, {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle && text(userHandle),
  });
}

function answerOf(credential, response) {
  const { id, type, authenticatorAttachment } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(credential.rawId), type, authenticatorAttachment, clientExtensionResults, response };
}

const REASONS = { NotAllowedError: "refused", InvalidStateError: "known", SecurityError: "address" };

async function run(form, button) {
  const alert = form.querySelector("[data-passkey-error]");
  const words = alert.querySelector("p");
  alert.hidden = true;
  button.disabled = true;
  try {
    if (!isSecureContext) throw new DOMException("", "SecurityError");
    if (!window.PublicKeyCredential) throw new Error("no WebAuthn");
    const ceremony = form.dataset.passkey === "create" ? create : get;
    form.elements.credential.value = JSON.stringify(await ceremony(await optionsOf(form)));
    form.submit();
  } catch (error) {
    words.textContent = words.dataset[REASONS[error.name] ?? "unusable"];
    alert.hidden = false;
    button.disabled = false;
  }
}

const codes = () => [...document.querySelectorAll("[data-codes] code")].map((one) => one.textContent).join("\n");

document.addEventListener("click", async (event) => {
  const at = (selector) => event.target.closest(selector);
  const start = at("[data-passkey-start]");
  if (start && start.form.reportValidity()) run(start.form, start);
  const copy = at("[data-codes-copy]");
  if (copy) {
    await navigator.clipboard.writeText(codes());
    copy.querySelector("span").textContent = copy.dataset.done;
  }
  const save = at("[data-codes-save]");
  if (save) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${location.host}\n\n${codes()}\n`], { type: "text/plain" }));
    link.download = save.dataset.codesSave;
    link.click();
    URL.revokeObjectURL(link.href);
  }
});
document.addEventListener("submit", (event) => {
  // Enter in the name field is as good as the button.
  const start = event.target.querySelector?.("[data-passkey-start]");
  if (!start || event.target.elements.credential.value) return;
  event.preventDefault();
  start.click();
});
