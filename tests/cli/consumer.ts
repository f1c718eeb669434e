import * as pulumi from "@pulumi/pulumi";
import { AppBackend } from "./sdk";

const clientSecret = new pulumi.Config().requireSecret("clientSecret");
const backend = new AppBackend("backend", {
    apps: [
        {
            organizationId: "acme",
            name: "Acme",
            scopes: ["store_v2_products"],
            rutter: { clientId: "acme-at-rutter", onUninstall: "delete" },
        },
    ],
    clientSecrets: { acme: clientSecret },
    permissionsBoundaryArn: pulumi.output("arn:aws:iam::123456789012:policy/boundary"),
    domain: { name: "apps.example.com", hostedZoneId: pulumi.output("Z0123456789") },
    throttle: { auth: { rate: 5 } },
    logRetentionDays: 7,
});

export const loadUrl: pulumi.Output<string> = backend.technicalTab.apply((tab) => tab["acme"].loadCallbackUrl);
export const operations = backend.operations;
