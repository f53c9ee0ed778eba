-- AlterTable
ALTER TABLE "Network" ADD COLUMN "names" JSONB NOT NULL DEFAULT '{}';
