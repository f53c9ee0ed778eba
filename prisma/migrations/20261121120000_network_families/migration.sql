-- AlterTable
ALTER TABLE "Network" ADD COLUMN "ipv4" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "Network" ADD COLUMN "ipv6" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Network" ADD COLUMN "ipamOptions" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "Network" ADD COLUMN "configOnly" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Network" ADD COLUMN "configFrom" TEXT NOT NULL DEFAULT '';
UPDATE "Network" SET "ipv4" = false WHERE "driver" IN ('host', 'null');
