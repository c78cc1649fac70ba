// An OpenID provider that nobody here wrote, for `make verify`: certified, with its own pages for development.
//
// One argument, JSON: port, client_secret, redirect_uri, logout_uri, keys (private JWKs), people (claims by
// `sub`). Says "ready" when it listens, and ends with its standard input.
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);

const provider = new Provider(`http://127.0.0.1:${told.port}`, {
  clients: [
    {
      client_id: "tindan",
      client_secret: told.client_secret,
      redirect_uris: [told.redirect_uri],
      grant_types: ["authorization_code", "refresh_token"],
      require_auth_time: true,
      id_token_signed_response_alg: told.algorithm ?? "RS256",
      backchannel_logout_uri: told.logout_uri,
      backchannel_logout_session_required: true,
    },
  ],
  jwks: { keys: told.keys },
  acrValues: ["1", "2"],
  claims: {
    openid: ["sub"],
    profile: ["LoaiTaiKhoan", "SoDinhDanh", "HoVaTen", "IAL"],
  },
  // Into the ID token, as VNeID has it, unless the test wants them at the userinfo endpoint alone.
  conformIdTokenClaims: told.claims_at_userinfo ?? false,
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...told.people[sub] }) }),
  issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
  rotateRefreshToken: true,
  pkce: { required: () => true },
  cookies: { keys: ["for verification only"] },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
});

provider.listen(told.port, "127.0.0.1", () => console.log("ready"));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
