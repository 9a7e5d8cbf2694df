import { readFile, stat } from "node:fs/promises";

/** An API server and what proves who asks. Read again for each request: tokens and CAs rotate while the agent runs. */
export interface Cluster {
  /** Without a slash at its end. */
  server: string;
  credentials(): Promise<Credentials>;
}

export interface Credentials {
  token: string | null;
  tls: { ca?: string | Buffer; cert?: string | Buffer; key?: string | Buffer; rejectUnauthorized?: false };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the kubelet puts a pod's token: pkg/serviceaccount in Kubernetes, the same everywhere. */
const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Whether this process was given a token for an API server. */
export const hasToken = (environment: Environment, folder = serviceAccountFolder): Promise<boolean> =>
  environment.KUBERNETES_SERVICE_HOST === undefined || environment.KUBERNETES_SERVICE_HOST === ""
    ? Promise.resolve(false)
    : stat(`${folder}/token`).then(
        (found) => found.isFile(),
        () => false,
      );

/** The API server that a pod finds in its environment. Null outside of a pod. */
export const clusterOfPod = (environment: Environment, folder = serviceAccountFolder): Cluster | null => {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined || host === "") return null;
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port || "443"}`,
    credentials: async () => {
      const [token, ca] = await Promise.all([readFile(`${folder}/token`, "utf8"), readFile(`${folder}/ca.crt`)]);
      return { token: token.trim(), tls: { ca } };
    },
  };
};

/** The namespace that the pod's token belongs to. */
export const namespaceOfPod = (folder = serviceAccountFolder): Promise<string | null> =>
  readFile(`${folder}/namespace`, "utf8").then(
    (text) => text.trim() || null,
    () => null,
  );

/**
 * The current context of a kubeconfig, to run the agent outside of a pod. Only this loads a part of the client library (7 MB of
 * anonymous memory); in a pod nothing but its types is used. Throws what is wrong with the file.
 */
export const clusterOfKubeconfig = async (path: string): Promise<Cluster> => {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  config.loadFromFile(path);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${path} has no current context`);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    credentials: async () => {
      const options: Parameters<typeof config.applyToHTTPSOptions>[0] = { headers: {} };
      await config.applyToHTTPSOptions(options);
      const { ca, cert, key, rejectUnauthorized } = options;
      const headers = (options.headers ?? {}) as Record<string, string | undefined>;
      const token = /^Bearer (.+)$/.exec(headers.Authorization ?? "")?.[1] ?? null;
      return {
        token,
        tls: {
          ...(ca ? { ca: ca as Buffer } : {}),
          ...(cert ? { cert: cert as Buffer } : {}),
          ...(key ? { key: key as Buffer } : {}),
          // As the file itself says it: insecure-skip-tls-verify.
          ...(rejectUnauthorized === false ? { rejectUnauthorized } : {}),
        },
      };
    },
  };
};

/** The one that this process can use: of its pod, else of $KUBECONFIG. Throws what to do when there is none. */
export const clusterFor = async (environment: Environment): Promise<Cluster> => {
  const { KUBECONFIG } = environment;
  const cluster = clusterOfPod(environment) ?? (KUBECONFIG ? await clusterOfKubeconfig(KUBECONFIG) : null);
  if (cluster !== null) return cluster;
  throw new Error("there is no API server to ask: run in a pod with a service account token, or set KUBECONFIG");
};
