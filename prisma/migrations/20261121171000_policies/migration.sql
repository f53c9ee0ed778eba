-- AlterTable
ALTER TABLE "Network" ADD COLUMN "policy" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "Container" ADD COLUMN "policy" JSONB NOT NULL DEFAULT '{}';
