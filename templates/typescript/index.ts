import * as bigcommerce from "@pulumi/bigcommerce";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const organizationId = config.require("organizationId");
const clientSecret = config.getSecret("clientSecret");

const backend = new bigcommerce.AppBackend("backend", {
  apps: [
    {
      organizationId,
      name: config.require("appName"),
      scopes: config.require("scopes").split(","),
      supportUrl: config.require("supportUrl"),
      clientId: config.get("clientId"), // this and the others after the registration
      registeredBaseUrl: config.get("registeredBaseUrl"),
    },
  ],
  clientSecrets: clientSecret ? { [organizationId]: clientSecret } : {},
});

export const { baseUrl, technicalTab, readme, operations } = backend;
export const { installationsTable, accessTokenReaderPolicyArn, operatorPolicyArn } = backend;
