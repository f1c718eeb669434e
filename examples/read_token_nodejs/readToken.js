import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DecryptCommand, KMSClient } from "@aws-sdk/client-kms";

const dynamodb = new DynamoDBClient();
const kms = new KMSClient();

/** Return the store's BigCommerce access token. Throws if the app is not installed on the store. */
export async function readAccessToken(table, organizationId, storeHash) {
  const { Item: record } = await dynamodb.send(
    new GetItemCommand({
      TableName: table, // the stack output installationsTable
      Key: {
        pk: { S: `ORG#${organizationId}#STORE#${storeHash}` },
        sk: { S: "STORE" },
      },
      ConsistentRead: true,
    }),
  );
  if (record?.status.S !== "installed") {
    throw new Error(`the app is not installed on store ${storeHash}`);
  }
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      CiphertextBlob: record.access_token.B,
      EncryptionContext: { organization_id: organizationId, store_hash: storeHash },
    }),
  );
  return new TextDecoder().decode(Plaintext);
}
