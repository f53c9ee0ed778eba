-- AlterTable
ALTER TABLE "Endpoint" ADD COLUMN "shaping" JSONB NOT NULL DEFAULT '{}';
