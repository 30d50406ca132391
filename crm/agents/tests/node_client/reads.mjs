// What the official client does at the door of agents, with and without a handshake. Says one line of JSON.
import {
  Client,
  StreamableHTTPClientTransport,
  discoverOAuthProtectedResourceMetadata,
  discoverAuthorizationServerMetadata,
} from "@modelcontextprotocol/client";

const { url, key, id } = JSON.parse(process.argv[2]);

function transport(secret) {
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { Authorization: `Bearer ${secret}` } },
  });
}

async function readBy(mode) {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(transport(key));
  const called = async (name, given) => (await client.callTool({ name, arguments: given })).structuredContent;
  const refused = await client.callTool({ name: "list_records", arguments: { kind: "users" } });
  const said = {
    version: client.getNegotiatedProtocolVersion(),
    server: client.getServerVersion()?.name,
    tools: (await client.listTools()).tools.map((tool) => tool.name),
    found: (await called("search", { query: "lantern" })).groups.map((group) => group.name),
    listed: (await called("list_records", { kind: "customers", limit: 1 })).results.map((one) => one.name),
    name: (await called("get_record", { kind: "customers", id })).name,
    refused: [refused.isError, refused.structuredContent.error.code],
    unknown: await client.callTool({ name: "nothing", arguments: {} }).then(() => 0, (error) => error.code),
  };
  await client.close();
  return said;
}

async function stranger() {
  const client = new Client({ name: "test", version: "1" });
  return client.connect(transport("nobody")).then(() => "came in", (error) => error.status ?? error.code ?? String(error));
}

const metadata = await discoverOAuthProtectedResourceMetadata(new URL(url));
const server = await discoverAuthorizationServerMetadata(new URL(metadata.authorization_servers[0]));
console.log(JSON.stringify({
  handshake: await readBy("legacy"),
  stateless: await readBy("auto"),
  stranger: await stranger(),
  token: server.token_endpoint,
}));
process.exit(0);
