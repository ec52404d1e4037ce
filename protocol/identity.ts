// What of a shell's environment is handed over: who commits, and when; where its tools are. No zod: the CLI carries this file.

export const identityVariables = [
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_AUTHOR_DATE",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_COMMITTER_DATE",
] as const;

/** Where a shell finds its tools, and how they speak. Nothing that is a secret, but for the password in a proxy's address: it goes to the tests alone. */
export const shellVariables = [
  "PATH",
  "LANG",
  "LC_ALL",
  "TZ",
  "NVM_DIR",
  "VOLTA_HOME",
  "PNPM_HOME",
  "VIRTUAL_ENV",
  "CONDA_PREFIX",
  "PYENV_ROOT",
  "PYENV_VERSION",
  "GOPATH",
  "GOROOT",
  "CARGO_HOME",
  "RUSTUP_HOME",
  "JAVA_HOME",
  "GRADLE_USER_HOME",
  "GEM_HOME",
  "GEM_PATH",
  "COMPOSER_HOME",
  "DOTNET_ROOT",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  // the way to registries from behind a proxy
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
  "PIP_CERT",
] as const;
export type ShellVariable = (typeof shellVariables)[number];
