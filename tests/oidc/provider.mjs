// A real OpenID provider on a free port of this machine. Prints its issuer, and ends when its standard input does.
// Who signs in as `unverified-NAME` has the address of NAME, unproven; everybody else has a proven address of their own.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [redirectUri] = process.argv.slice(2);
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = { client_secret: 'a secret of sufficient length', redirect_uris: [redirectUri], grant_types: ['authorization_code'], response_types: ['code'] };
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'localgoals', ...client }, { client_id: 'somebody-else', ...client }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key for tests'] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    async findAccount(_ctx, id) {
      const unverified = id.startsWith('unverified-');
      const email = `${id.replace('unverified-', '')}@example.org`;
      return { accountId: id, claims: async () => ({ sub: id, email, email_verified: !unverified, name: '王晓兰' }) };
    },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
