-- AlterTable
ALTER TABLE "Container" ADD COLUMN "published" JSONB NOT NULL DEFAULT '[]';
-- Until now host ports were chosen once and for all; what runs keeps them.
UPDATE "Container" SET "published" = "ports" WHERE "sandboxId" IS NOT NULL;
