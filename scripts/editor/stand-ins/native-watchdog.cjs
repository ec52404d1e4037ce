// Stands in for the native module @vscode/native-watchdog: ends the extension host when the server has gone.
exports.start = (server) => {
  const look = () => {
    try {
      process.kill(server, 0);
    } catch {
      process.exit(87);
    }
  };
  setInterval(look, 3000).unref();
};
exports.exit = (code) => process.exit(code || 0);
