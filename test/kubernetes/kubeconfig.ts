/** A kubeconfig whose current context reaches `server` with a token. */
export const kubeconfigOf = (server: string): string => `apiVersion: v1
kind: Config
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "${server}", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: abc}}]
`;
