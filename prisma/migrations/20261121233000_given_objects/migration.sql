-- AlterTable
ALTER TABLE "Network" ADD COLUMN "given" JSONB NOT NULL DEFAULT '[]';
