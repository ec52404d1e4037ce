// Derived by `npm run update`: who we are on the wire.
export const version = "0.1.0";
/** Of the OpenRPC document without the version; equal on both sides of a connection, or somebody is older. */
export const contractHash = "d541cd129bafc6a5";
